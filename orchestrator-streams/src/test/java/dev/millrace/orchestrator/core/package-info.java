/** The core as a whole, over the packed record that it runs on. */
@NullMarked
package dev.millrace.orchestrator.core;

import org.jspecify.annotations.NullMarked;
