// SPDX-License-Identifier: Apache-2.0

package org.selkie;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.selkie.fault.fixture.UsesAPackageAbove;
import org.selkie.log.fixture.CallsRestrictedMethods;
import org.selkie.os.fixture.LinuxNeighbour;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Holds the order of the packages, the place of the restricted methods, and the names. Each rule is also shown a
 * fixture that breaks it, so that a rule that has stopped seeing anything fails.
 */
final class ArchitectureTest {
    /** Top to bottom: a package uses only what stands below it. */
    private static final List<String> PACKAGE_ORDER = List.of(
        "org.selkie",
        "org.selkie.kv..",
        "org.selkie.log..",
        "org.selkie.format..",
        "org.selkie.extent..",
        "org.selkie.seal..",
        "org.selkie.persist..",
        "org.selkie.os..",
        "org.selkie.fault..");

    private static final JavaClasses ENGINE = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("org.selkie");

    /** The JDK marks with an annotation of its own what can crash it: downcalls, loading a library, reinterpret. */
    private static final DescribedPredicate<JavaAccess<?>> RESTRICTED = DescribedPredicate.describe(
        "is restricted", access -> access.getTarget().isAnnotatedWith("jdk.internal.javac.Restricted"));

    @Test
    void theWholeEngineIsSeen() {
        for (String bottomAndTop : List.of("org.selkie.package-info", "org.selkie.fault.package-info")) {
            assertTrue(ENGINE.contain(bottomAndTop), () -> bottomAndTop + " was not imported; found " + ENGINE);
        }
    }

    @Test
    void everyPackageHasAPlaceInTheOrder() {
        classes().should().resideInAnyPackage(PACKAGE_ORDER.toArray(String[]::new)).check(ENGINE);
    }

    @Test
    void aPackageUsesOnlyWhatStandsBelowIt() {
        packageOrder().forEach(rule -> rule.check(ENGINE));
    }

    @Test
    void aUseOfThePackageAboveIsRefused() {
        JavaClasses fixture = fixture(UsesAPackageAbove.class, LinuxNeighbour.class);
        assertEquals(1, packageOrder().stream().filter(rule -> rule.evaluate(fixture).hasViolation()).count());
    }

    @Test
    void onlyTheOsPackageCallsRestrictedMethods() {
        onlyOsCallsRestrictedMethods().check(ENGINE);
    }

    @Test
    void aRestrictedCallElsewhereIsRefused() {
        List<String> violations = onlyOsCallsRestrictedMethods()
            .evaluate(fixture(CallsRestrictedMethods.class, LinuxNeighbour.class))
            .getFailureReport()
            .getDetails();
        assertEquals(CallsRestrictedMethods.CALLS, violations.size(), () -> String.join("\n", violations));
    }

    @Test
    void aClassIsNamedAfterWhatItIs() {
        namesSayWhatAClassIs().check(ENGINE);
    }

    @Test
    void aNameThatSaysNothingIsRefused() {
        assertTrue(namesSayWhatAClassIs().evaluate(fixture(NamedAHelper.class)).hasViolation());
    }

    /** Breaks the rule on names on purpose. */
    private record NamedAHelper() {
    }

    /** One rule a package: it uses nothing that stands above it. */
    private static List<ArchRule> packageOrder() {
        List<ArchRule> rules = new ArrayList<>();
        for (int place = 1; place < PACKAGE_ORDER.size(); place++) {
            rules.add(noClasses().that().resideInAPackage(PACKAGE_ORDER.get(place))
                .should().dependOnClassesThat()
                .resideInAnyPackage(PACKAGE_ORDER.subList(0, place).toArray(String[]::new))
                .allowEmptyShould(true));
        }
        return rules;
    }

    private static ArchRule onlyOsCallsRestrictedMethods() {
        return noClasses().that().resideOutsideOfPackage("org.selkie.os..")
            .should().accessTargetWhere(RESTRICTED);
    }

    /** A class is named after the thing that it is; these endings say only that it was not known. */
    private static ArchRule namesSayWhatAClassIs() {
        return noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper|Manager|Common)(\\$.*)?")
            .because("a name says what the thing is");
    }

    private static JavaClasses fixture(Class<?>... fixtures) {
        return new ClassFileImporter().importClasses(fixtures);
    }
}
