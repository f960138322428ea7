/** The HTTP face of an engine. */
@NullMarked
package dev.millrace.orchestrator.http;

import org.jspecify.annotations.NullMarked;
