/** Tests of health, against a real broker. */
@NullMarked
package dev.millrace.orchestrator.health;

import org.jspecify.annotations.NullMarked;
