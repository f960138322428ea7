package dev.millrace.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method that handles a step type, or a class that does as a {@link StepHandler} or {@link
 * TypedStepHandler}. Given to {@link WorkerBuilder#handlers}, which says what such a method may
 * look like.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Step {
  /** The step type. */
  String value();
}
