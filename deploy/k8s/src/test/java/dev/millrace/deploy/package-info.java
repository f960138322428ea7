/** Tests of the manifests: their schemas, and what they say against what the code says. */
@NullMarked
package dev.millrace.deploy;

import org.jspecify.annotations.NullMarked;
