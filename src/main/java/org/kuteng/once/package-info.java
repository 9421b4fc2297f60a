/**
 * The once-only switch: a message has its effect once, however often it is delivered. Its key is kept in the database, in
 * the transaction that holds the effect, or in the memory of this process.
 */
package org.kuteng.once;
