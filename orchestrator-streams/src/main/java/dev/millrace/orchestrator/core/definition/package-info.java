/** What a workflow definition says, as plain immutable data. Imports nothing but the JDK. */
@NullMarked
package dev.millrace.orchestrator.core.definition;

import org.jspecify.annotations.NullMarked;
