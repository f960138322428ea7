/** The schema registry, behind a port: asked at start-up and for a schema id not met before. */
@NullMarked
package dev.millrace.schemas.registry;

import org.jspecify.annotations.NullMarked;
