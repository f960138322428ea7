/** {@code millrace queue}: what operators set for the queues of workers. */
@NullMarked
package dev.millrace.cli.queue;

import org.jspecify.annotations.NullMarked;
