package org.kuteng.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS to the broker: which authorities are trusted. */
final class Tls {
    private static final String PROTOCOL = "TLS";

    private Tls() {}

    /**
     * What makes the sockets.
     *
     * @param caFile PEM file; null: what the JVM trusts
     * @throws BrokerException if the file cannot be read or holds no certificate
     */
    static SSLContext context(Path caFile) {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(caFile == null ? null : authorities(caFile));
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new BrokerException(BrokerException.Cure.CONFIGURATION, "TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Path caFile) throws GeneralSecurityException {
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("no certificate in it");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int n = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + n++, certificate);
            }
            return store;
        } catch (IOException | CertificateException e) {
            throw new BrokerException(
                    BrokerException.Cure.CONFIGURATION,
                    "the CA file " + caFile + " cannot be used: " + e.getMessage()
                            + "; it must contain certificates in PEM form",
                    e);
        }
    }
}
