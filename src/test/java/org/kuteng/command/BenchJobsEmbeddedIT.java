package org.kuteng.command;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class BenchJobsEmbeddedIT extends BenchJobsBehaviour {}
