/** The commands about workflow definitions: lint and register. */
@NullMarked
package dev.millrace.cli.definition;

import org.jspecify.annotations.NullMarked;
