/** The commands about workflows: start, cancel, events, status, list, schedule. */
@NullMarked
package dev.millrace.cli.workflow;

import org.jspecify.annotations.NullMarked;
