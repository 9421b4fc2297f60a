/**
 * Reads what others made: headers of messages, exceptions of routes, text from either. Nothing in it is trusted to be
 * small, well-formed or honest. Knows no other package of the project.
 */
package org.kuteng.untrusted;
