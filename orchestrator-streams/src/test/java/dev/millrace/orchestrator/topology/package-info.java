/** Tests of the topology without a broker and with a clock of their own. */
@NullMarked
package dev.millrace.orchestrator.topology;

import org.jspecify.annotations.NullMarked;
