package org.kuteng.command;

/** A command that takes the options that most commands share. */
interface WithCommonOptions {
    CommonOptions common();
}
