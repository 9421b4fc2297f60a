/**
 * What Camel's steps keep beyond the end of a route: a message stays in hand until all that came of it is done. Each
 * step is met at the place that Camel offers for it; {@link org.kuteng.work.steps.KeptSteps} sets all of them up.
 */
package org.kuteng.work.steps;
