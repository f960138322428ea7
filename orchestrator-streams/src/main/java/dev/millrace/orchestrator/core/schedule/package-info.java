/**
 * What a schedule decides: which slots it has and what becomes of each; pure, imports nothing but
 * the JDK and the core.
 */
@NullMarked
package dev.millrace.orchestrator.core.schedule;

import org.jspecify.annotations.NullMarked;
