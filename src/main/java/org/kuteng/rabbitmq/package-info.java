/**
 * Camel's {@code spring-rabbitmq} component as a work queue needs it: equal endpoints may have several consumers, every
 * send is confirmed, and a message is acknowledged after its work. Route files use the documented options and no other.
 */
package org.kuteng.rabbitmq;
