/** Tests of the WfFormat import. */
@NullMarked
package dev.millrace.orchestrator.definition.wfformat;

import org.jspecify.annotations.NullMarked;
