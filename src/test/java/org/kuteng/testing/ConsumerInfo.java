package org.kuteng.testing;

/** A consumer as the broker sees it. */
public record ConsumerInfo(String tag, int prefetch) {}
