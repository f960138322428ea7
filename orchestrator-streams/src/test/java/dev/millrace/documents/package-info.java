/** Tests of the project's documents: what they point at exists, and what they claim is proved. */
@NullMarked
package dev.millrace.documents;

import org.jspecify.annotations.NullMarked;
