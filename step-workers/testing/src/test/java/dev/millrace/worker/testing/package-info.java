/** Tests of the test kit. */
@NullMarked
package dev.millrace.worker.testing;

import org.jspecify.annotations.NullMarked;
