// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.crash.CrashTests;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.fault.SelkieException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie crashtest}: shows a structure every state that a crash may leave. */
@Command(
    name = "crashtest",
    description = {
        "Run the @CrashTest methods of a class, and report which crashes break it.",
        "They run in a JVM of their own with the agent, so that stores into memory segments and mapped buffers are recorded. "
            + "What an option does not say is taken from the annotation."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie crashtest com.acme.QueueTest --class-path target/classes:...",
        "  selkie crashtest com.acme.QueueTest --class-path @cp --html report.html",
        "  selkie crashtest com.acme.QueueTest --class-path @cp --model eadr --seed 42"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:no crash that was looked at breaks a test",
        "1:a crash breaks a test, or a test could not be carried out to its end",
        "2:the command line was not understood, or there is no such test, or every one was skipped"
    })
final class CrashTestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "CLASS", description = "The class, with its package.")
    private String className = "";
    @Option(names = {"--class-path", "-cp"}, paramLabel = "PATH",
        description = "Directories and jars with the class and what it needs; selkie and JUnit are there already. @FILE takes "
            + "the words of a file.")
    private String classPath = "";
    @Option(names = "--model", paramLabel = "MODEL",
        description = "What a crash may leave: adr, eadr, page-cache-512 or page-cache-4096, each also with +media-error; "
            + "several with commas.")
    private @Nullable String model;
    @Option(names = "--budget", paramLabel = "N", description = "How many images are checked at most.")
    private @Nullable Long budget;
    @Option(names = "--k", paramLabel = "K", description = "Only images in which at most K lines lack something.")
    private @Nullable Integer k;
    @Option(names = "--seed", paramLabel = "S", description = "Of what is drawn; repeats a run.")
    private @Nullable Long seed;
    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with the timeline of each crash found.")
    private @Nullable Path html;
    @Option(names = "--image", paramLabel = "DIR", description = "Save the images that break a test there.")
    private @Nullable Path image;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireSense();
        Map<String, String> properties = new LinkedHashMap<>();
        put(properties, "selkie.seed", seed);
        put(properties, "selkie.crashtest.model", model);
        put(properties, "selkie.crashtest.budget", budget);
        put(properties, "selkie.crashtest.k", k);
        put(properties, "selkie.crashtest.html", html == null ? null : html.toAbsolutePath());
        put(properties, "selkie.crashtest.image", image == null ? null : image.toAbsolutePath());
        return new CrashTests(className, classPath, properties).run(spec.commandLine().getOut(), spec.commandLine().getErr(),
            Terminal.isAttached(Terminal.STANDARD_ERROR));
    }

    private void requireSense() {
        require(budget == null || budget > 0, "--budget " + budget + "; expected 1 or more");
        require(k == null || k >= 0, "--k " + k + "; expected 0 or more");
        require(model == null || !model.isBlank(), "--model is empty; expected adr, eadr, page-cache-512 or page-cache-4096");
        try {
            for (String word : model == null ? new String[0] : model.split(",")) {
                PersistenceModel.named(word.strip());
            }
        } catch (SelkieException e) {
            throw new ParameterException(spec.commandLine(), "--model: " + Complaint.firstLine(e), e);
        }
    }

    private void require(boolean sense, String complaint) {
        if (!sense) {
            throw new ParameterException(spec.commandLine(), complaint);
        }
    }

    private static void put(Map<String, String> properties, String name, @Nullable Object value) {
        if (value != null) {
            properties.put(name, value.toString());
        }
    }
}
