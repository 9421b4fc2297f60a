package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class ProgramEmbeddedIT extends ProgramBehaviour {}
