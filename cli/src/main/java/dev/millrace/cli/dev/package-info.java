/** The dev server: broker, registry, topics and engine in one process. */
@NullMarked
package dev.millrace.cli.dev;

import org.jspecify.annotations.NullMarked;
