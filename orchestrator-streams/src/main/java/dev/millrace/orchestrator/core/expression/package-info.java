/** What the core asks of the language of conditions and mappings; imports no implementation. */
@NullMarked
package dev.millrace.orchestrator.core.expression;

import org.jspecify.annotations.NullMarked;
