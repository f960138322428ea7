/** Tests of publishing. */
@NullMarked
package dev.millrace.worker.publish;

import org.jspecify.annotations.NullMarked;
