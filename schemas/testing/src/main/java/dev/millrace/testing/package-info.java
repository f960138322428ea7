/** What the tests of all modules share: how long they wait, and processes to kill. */
@NullMarked
package dev.millrace.testing;

import org.jspecify.annotations.NullMarked;
