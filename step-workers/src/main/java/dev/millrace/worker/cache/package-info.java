/**
 * Results that are kept and given again, by one worker or by all of them. Knows the API of workers,
 * not their internals.
 */
@NullMarked
package dev.millrace.worker.cache;

import org.jspecify.annotations.NullMarked;
