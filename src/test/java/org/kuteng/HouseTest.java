package org.kuteng;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;

/** Keeps the house as it was drawn: command → app, board, bench → failure → rabbitmq, once → work → publish → events → broker. */
@AnalyzeClasses(packages = "org.kuteng", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    private static final String[] TOP = {"command", "app", "board", "bench"};

    @ArchTest
    static final ArchRule whoKnowsWhomGoesFromTopToBottom = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("command")
            .definedBy("org.kuteng.command..")
            .layer("app")
            .definedBy("org.kuteng.app..")
            .layer("board")
            .definedBy("org.kuteng.board..")
            .layer("bench")
            .definedBy("org.kuteng.bench..")
            .layer("failure")
            .definedBy("org.kuteng.failure..")
            .layer("rabbitmq")
            .definedBy("org.kuteng.rabbitmq..")
            .layer("once")
            .definedBy("org.kuteng.once..")
            .layer("work")
            .definedBy("org.kuteng.work..")
            .layer("publish")
            .definedBy("org.kuteng.publish..")
            .layer("events")
            .definedBy("org.kuteng.events..")
            .layer("broker")
            .definedBy("org.kuteng.broker..")
            .whereLayer("command")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("app")
            .mayOnlyBeAccessedByLayers(TOP)
            .whereLayer("board")
            .mayOnlyBeAccessedByLayers(TOP)
            .whereLayer("bench")
            .mayOnlyBeAccessedByLayers(TOP)
            .whereLayer("failure")
            .mayOnlyBeAccessedByLayers(TOP)
            .whereLayer("rabbitmq")
            .mayOnlyBeAccessedByLayers("command", "app", "board", "bench", "failure", "once")
            .whereLayer("work")
            .mayOnlyBeAccessedByLayers("command", "app", "board", "bench", "failure", "once", "rabbitmq")
            .whereLayer("publish")
            .mayOnlyBeAccessedByLayers("command", "app", "board", "bench", "failure", "once", "rabbitmq", "work")
            .whereLayer("once")
            .mayOnlyBeAccessedByLayers("command", "app", "board", "bench", "failure", "rabbitmq");

    @ArchTest
    static final ArchRule thereAreNoCircles =
            slices().matching("org.kuteng.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule everyPackageHasItsPlaceInTheHouse = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("org.kuteng")))
            .should()
            .resideOutsideOfPackages(
                    "org.kuteng.command..",
                    "org.kuteng.app..",
                    "org.kuteng.board..",
                    "org.kuteng.bench..",
                    "org.kuteng.failure..",
                    "org.kuteng.rabbitmq..",
                    "org.kuteng.once..",
                    "org.kuteng.work..",
                    "org.kuteng.publish..",
                    "org.kuteng.events..",
                    "org.kuteng.untrusted..",
                    "org.kuteng.broker..");

    @ArchTest
    static final ArchRule theBrokerKnowsOnlyWhoReadsWhatOthersMade = noClasses()
            .that()
            .resideInAPackage("org.kuteng.broker..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.kuteng..")
                    .and(DescribedPredicate.not(resideInAnyPackage("org.kuteng.broker..", "org.kuteng.untrusted.."))));

    @ArchTest
    static final ArchRule whoReadsWhatOthersMadeKnowsNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("org.kuteng.untrusted..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.kuteng..")
                    .and(DescribedPredicate.not(resideInAPackage("org.kuteng.untrusted.."))));

    @ArchTest
    static final ArchRule onlyTheBrokerKnowsQpid = noClasses()
            .that()
            .resideOutsideOfPackage("org.kuteng.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.qpid..");

    @ArchTest
    static final ArchRule onlyCommandsPrint = noClasses()
            .that()
            .resideOutsideOfPackage("org.kuteng.command..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule aClassIsNamedForItsJob = noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?)");

    @ArchTest
    static final ArchRule noTextDependsOnThePlatformsCharset = noClasses()
            .that()
            // what comes from the keyboard is in the terminal's
            .resideOutsideOfPackage("org.kuteng.command..")
            .should()
            .callMethod(String.class, "getBytes")
            .orShould()
            .callConstructor(String.class, byte[].class)
            .orShould()
            .callConstructor(InputStreamReader.class, InputStream.class)
            .orShould()
            .callConstructor(OutputStreamWriter.class, OutputStream.class)
            .orShould()
            .callMethod(Charset.class, "defaultCharset");
}
