/** The commands about workflows: start, cancel, events, status, list. */
@NullMarked
package dev.millrace.cli.workflow;

import org.jspecify.annotations.NullMarked;
