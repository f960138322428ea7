/** {@code millrace topics}: the topics of an installation, made and verified. */
@NullMarked
package dev.millrace.cli.topics;

import org.jspecify.annotations.NullMarked;
