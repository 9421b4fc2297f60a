/** One class for each verb of the command line, and what they share: options, errors, the log. */
package org.kuteng.command;
