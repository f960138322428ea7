package dev.millrace.examples.earthquakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuakeStepsTest {
  private static final String HEADER =
      "id,time,magnitude,place,longitude,latitude,depthKm,tsunami,significance,alert,type\n";

  private static Quake quake(@Nullable Double magnitude, String place, double depthKm) {
    return new Quake(
        "q1",
        "2018-01-31T01:49:59.650Z",
        magnitude,
        place,
        10,
        50,
        depthKm,
        false,
        0,
        "",
        "earthquake");
  }

  @Test
  void theCatalogueHoldsEveryEventOnce() {
    List<Quake> quakes = QuakeCatalogue.oneWeek();

    assertThat(quakes).hasSize(1_707).extracting(Quake::id).doesNotHaveDuplicates();
    assertThat(quakes).allSatisfy(quake -> assertThat(Validation.problems(quake)).isEmpty());
  }

  @Test
  void aQuakeMayLackItsMagnitudeAndAPlaceMayHoldCommas() throws Exception {
    List<Quake> quakes =
        QuakeCatalogue.read(
            new StringReader(
                HEADER
                    + "a,2018-01-31T01:49:59.650Z,,\"9km S of X, Y, Z\",1,2,3,1,4,green,earthquake\n"));

    assertThat(quakes)
        .containsExactly(
            new Quake(
                "a",
                "2018-01-31T01:49:59.650Z",
                null,
                "9km S of X, Y, Z",
                1,
                2,
                3,
                true,
                4,
                "green",
                "earthquake"));
    assertThat(Validation.problems(quakes.getFirst())).isEmpty();
    assertThat(MagnitudeAssessment.of(quakes.getFirst()))
        .isEqualTo(new MagnitudeAssessment(MagnitudeClass.UNKNOWN, null));
  }

  @Test
  void aRowWithoutANumberIsRefusedWithItsLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                QuakeCatalogue.read(
                    new StringReader(
                        HEADER + "a,2018-01-31T01:49:59Z,1,X,east,2,3,0,4,,earthquake\n")))
        .withMessageContaining("line 2")
        .withMessageContaining("east");
  }

  @Test
  void everythingOutOfRangeIsNamed() {
    Quake bad = new Quake(" ", "yesterday", 11.0, "X", 181, -91, Double.NaN, false, -1, "", "");

    assertThat(Validation.problems(bad))
        .containsExactly(
            "id: must be given",
            "time 'yesterday': must be like 2018-01-31T01:49:59.650Z",
            "longitude 181.0: must be -180.0 to 180.0",
            "latitude -91.0: must be -90.0 to 90.0",
            "depthKm NaN: must be -10.0 to 1000.0",
            "magnitude 11.0: must be -3.0 to 10.0",
            "significance -1.0: must be 0.0 to 10000.0");
  }

  @ParameterizedTest
  @CsvSource({
    "-2.5, SHALLOW",
    "69.99, SHALLOW",
    "70, INTERMEDIATE",
    "299.9, INTERMEDIATE",
    "300, DEEP"
  })
  void depthClassesBeginAt70And300Kilometres(double depthKm, DepthClass expected) {
    assertThat(Enrichment.of(quake(1.0, "X", depthKm)).depthClass()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.8, MICRO",
    "1.99, MICRO",
    "2, MINOR",
    "3.9, MINOR",
    "4, LIGHT",
    "5, MODERATE",
    "6.4, STRONG",
    "7, MAJOR",
    "8, GREAT",
    "9.5, GREAT"
  })
  void magnitudeClassesBeginAtWholeMagnitudes(double magnitude, MagnitudeClass expected) {
    assertThat(MagnitudeAssessment.of(quake(magnitude, "X", 1)).magnitudeClass())
        .isEqualTo(expected);
  }

  @Test
  void energyGrowsAThousandfoldInTwoMagnitudes() {
    assertThat(MagnitudeAssessment.of(quake(4.0, "X", 1)).energyJoules())
        .isCloseTo(6.30957e10, within(1e6));
    assertThat(MagnitudeAssessment.of(quake(6.0, "X", 1)).energyJoules())
        .isCloseTo(6.30957e13, within(1e9));
  }

  @ParameterizedTest
  @CsvSource({
    "'9km S of Hennessey, Oklahoma', Oklahoma",
    "'103km WNW of Ferndale, CA', California",
    "Banda Sea, Banda Sea",
    "'', 50°N 10°E"
  })
  void theRegionIsTheEndOfThePlaceOrWhereItIs(String place, String region) {
    assertThat(Enrichment.of(quake(1.0, place, 1)).region()).isEqualTo(region);
  }

  @ParameterizedTest
  @CsvSource({
    "5.4, Banda Sea, 10, NONE",
    "5.5, Banda Sea, 10, UNLIKELY",
    "6.5, Banda Sea, 10, POSSIBLE",
    "7.6, Banda Sea, 10, LIKELY",
    "7.6, Banda Sea, 101, NONE",
    "7.6, 'Lima, Montana', 10, POSSIBLE",
    "5.5, 'Lima, Montana', 10, NONE"
  })
  void tsunamiRiskFollowsMagnitudeDepthAndWater(
      double magnitude, String place, double depthKm, TsunamiRisk expected) {
    assertThat(TsunamiAssessment.of(quake(magnitude, place, depthKm)).risk()).isEqualTo(expected);
  }

  @Test
  void issuedTsunamiInformationMakesATsunamiPossible() {
    Quake warned = new Quake("q", "", 4.0, "X", 0, 0, 200, true, 0, "", "earthquake");

    assertThat(TsunamiAssessment.of(warned).risk()).isEqualTo(TsunamiRisk.POSSIBLE);
  }

  @Test
  void theBusyGazetteerAnswersAfterAFewAttempts() throws Exception {
    Quake quake =
        QuakeCatalogue.oneWeek().stream()
            .filter(candidate -> Gazetteer.busyAttempts(candidate.id()) == 2)
            .findFirst()
            .orElseThrow();

    assertThatExceptionOfType(Gazetteer.BusyException.class)
        .isThrownBy(() -> Gazetteer.lookUp(quake, 2))
        .withMessage("the gazetteer is busy, attempt 2");
    assertThat(Gazetteer.lookUp(quake, 3)).isEqualTo(Enrichment.of(quake));
  }

  @Test
  void significanceOrAnAlertLevelRaisesTheAlert() {
    assertThat(AlertDecision.of(filed(600, "")))
        .isEqualTo(new AlertDecision(true, "significance 600"));
    assertThat(AlertDecision.of(filed(599, "green")))
        .isEqualTo(new AlertDecision(true, "alert level green"));
    assertThat(AlertDecision.of(filed(599, ""))).isEqualTo(new AlertDecision(false, ""));
  }

  private static QuakeRecord filed(int significance, String alertLevel) {
    Quake quake = new Quake("q", "", 5.0, "X", 0, 0, 1, false, significance, alertLevel, "");
    return QuakeRecord.of(
        quake, Enrichment.of(quake), MagnitudeAssessment.of(quake), TsunamiAssessment.of(quake));
  }
}
