/** The commands about workflow definitions: lint, register and diff. */
@NullMarked
package dev.millrace.cli.definition;

import org.jspecify.annotations.NullMarked;
