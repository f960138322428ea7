/** What the engine and the workers could not take: looked at, and sent again. */
@NullMarked
package dev.millrace.cli.deadletters;

import org.jspecify.annotations.NullMarked;
