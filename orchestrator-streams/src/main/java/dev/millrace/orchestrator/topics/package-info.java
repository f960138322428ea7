/** The topics an installation needs, and how they are made and verified. Knows no definitions. */
@NullMarked
package dev.millrace.orchestrator.topics;

import org.jspecify.annotations.NullMarked;
