/** Tests of the commands about workflows. */
@NullMarked
package dev.millrace.cli.workflow;

import org.jspecify.annotations.NullMarked;
