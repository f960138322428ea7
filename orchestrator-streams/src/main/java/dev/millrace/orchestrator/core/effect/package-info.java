/** What the shell must do because of a decision. Imports nothing but the JDK. */
@NullMarked
package dev.millrace.orchestrator.core.effect;

import org.jspecify.annotations.NullMarked;
