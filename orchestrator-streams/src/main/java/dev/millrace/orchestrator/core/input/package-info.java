/** What can happen to a workflow. Imports nothing but the JDK. */
@NullMarked
package dev.millrace.orchestrator.core.input;

import org.jspecify.annotations.NullMarked;
