/**
 * The worker SDK: handlers, what they are given, what they answer, and the worker that runs them.
 */
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
