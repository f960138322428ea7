/** Four workflows that show what Millrace is made for, with the handlers of their steps. */
@NullMarked
package dev.millrace.examples.samples;

import org.jspecify.annotations.NullMarked;
