/**
 * Where messages live: the connection to a broker, the embedded broker, and every queue name and argument. The only
 * package that knows that there are two kinds of broker; it knows no other package of the project.
 */
package org.kuteng.broker;
