/** Tests of the engine's settings and of the page that lists them. */
@NullMarked
package dev.millrace.orchestrator.config;

import org.jspecify.annotations.NullMarked;
