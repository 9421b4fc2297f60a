package org.kuteng.once;

/**
 * Where the database is.
 *
 * @param url {@code jdbc:h2:…} or {@code jdbc:postgresql:…}
 * @param user null: H2: {@value #DEFAULT_H2_USER}; PostgreSQL: the one in the URL, or that of the operating system
 * @param password null: H2 in a file: one that is made at the first start and kept beside the file, for its owner only;
 *     else none
 */
public record DatabaseSettings(String url, String user, String password) {

    /** In a folder beside where the program was started. */
    public static final String DEFAULT_URL = "jdbc:h2:./data/kuteng";

    /** H2 makes the database's first user of whoever comes first. */
    static final String DEFAULT_H2_USER = "kuteng";

    /**
     * Checks a URL.
     *
     * @throws IllegalArgumentException with what is wrong; the message never holds a password
     */
    public static String checkedUrl(String url) {
        Dialect.of(url);
        if (url.matches("(?i).*[;?&](password|pwd|sslpassword)=.*") || url.matches("jdbc:postgresql://[^/?]*@.*")) {
            throw new IllegalArgumentException(
                    "it holds a password, which would be shown: put it into kuteng.database.password");
        }
        return url;
    }

    /** A URL that may hold a password, without it. */
    public static String masked(String url) {
        return url.replaceAll("(?i)((?:password|pwd)=)[^;&]*", "$1***").replaceFirst("//[^/?]*@", "//***@");
    }

    /** Without the password, and without the options of the URL: for messages. */
    @Override
    public String toString() {
        return url.replaceFirst("[;?].*", "");
    }
}
