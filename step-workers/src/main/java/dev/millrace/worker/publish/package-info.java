/** Events into Kafka, many at once, in order and without duplicates; knows nothing of workers. */
@NullMarked
package dev.millrace.worker.publish;

import org.jspecify.annotations.NullMarked;
