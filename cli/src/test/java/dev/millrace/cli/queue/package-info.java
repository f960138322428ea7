/** What operators set for queues. */
@NullMarked
package dev.millrace.cli.queue;

import org.jspecify.annotations.NullMarked;
