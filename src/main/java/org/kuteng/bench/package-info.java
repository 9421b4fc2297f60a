/**
 * The measurements: kuteng's routes beside the raw client and plain Camel, against one broker in one run. Prints nothing;
 * a command or a program of the tests does.
 */
package org.kuteng.bench;
