/** Tests of the commands about topics. */
@NullMarked
package dev.millrace.cli.topics;

import org.jspecify.annotations.NullMarked;
