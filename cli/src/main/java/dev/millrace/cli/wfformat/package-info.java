/** The commands about recorded workflow executions: import and replay. */
@NullMarked
package dev.millrace.cli.wfformat;

import org.jspecify.annotations.NullMarked;
