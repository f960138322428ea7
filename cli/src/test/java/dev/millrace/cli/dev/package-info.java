/** Tests of the dev server. */
@NullMarked
package dev.millrace.cli.dev;

import org.jspecify.annotations.NullMarked;
