package org.kuteng.behaviour;

import org.kuteng.testing.OnEmbeddedBroker;

@OnEmbeddedBroker
class KeptStepsKillEmbeddedIT extends KeptStepsKillBehaviour {}
