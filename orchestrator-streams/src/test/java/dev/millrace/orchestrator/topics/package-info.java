/** Tests of topic plans against a real broker. */
@NullMarked
package dev.millrace.orchestrator.topics;

import org.jspecify.annotations.NullMarked;
