/** Tests of whole engines on a real broker. */
@NullMarked
package dev.millrace.orchestrator.app;

import org.jspecify.annotations.NullMarked;
