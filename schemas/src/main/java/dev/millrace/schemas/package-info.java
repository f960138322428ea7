/** The public contract of Millrace: topic names, headers and limits. No logic. */
@NullMarked
package dev.millrace.schemas;

import org.jspecify.annotations.NullMarked;
