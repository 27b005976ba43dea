// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces calls by invokedynamic ones of the same arguments, which {@link Hooks} links. Nothing else in a class changes. */
final class CallSites implements ClassFileTransformer {

    private static final String VAR_HANDLE = "java/lang/invoke/VarHandle";
    private static final String SEGMENT = "java/lang/foreign/MemorySegment";
    /** A class file of Java 7 has invokedynamic. */
    private static final int OLDEST_VERSION = 51;

    private static final ClassDesc HOOKS = Hooks.class.describeConstable().orElseThrow();
    private static final DirectMethodHandleDesc CALL = ConstantDescs.ofCallsiteBootstrap(HOOKS, "call", ConstantDescs.CD_CallSite,
            ConstantDescs.CD_MethodHandle, ConstantDescs.CD_String);
    private static final DirectMethodHandleDesc VAR_HANDLE_CALL = ConstantDescs.ofCallsiteBootstrap(HOOKS, "varHandleCall",
            ConstantDescs.CD_CallSite);

    /** Methods by their owner; those of buffers begin with the word. */
    private static final Set<String> SEGMENT_METHODS = Set.of("set", "setAtIndex", "setString", "copyFrom", "fill", "copy",
            "force");
    private static final Map<String, Integer> BUFFERS = Map.of("java/nio/ByteBuffer", 1, "java/nio/MappedByteBuffer", 1,
            "java/nio/CharBuffer", 2, "java/nio/ShortBuffer", 2, "java/nio/IntBuffer", 4, "java/nio/FloatBuffer", 4,
            "java/nio/LongBuffer", 8, "java/nio/DoubleBuffer", 8);
    private static final Set<String> NOT_USERS = Set.of("org/junit/", "org/opentest4j/", "org/apache/maven/", "org/apiguardian/",
            "com/sun/", "sun/", "jdk/", "java/");

    private final Instrumentation instrumentation;
    private final @Nullable CodeSource own = CallSites.class.getProtectionDomain().getCodeSource();

    CallSites(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    @Override
    public byte @Nullable [] transform(Module module, @Nullable ClassLoader loader, String name, @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain, byte[] bytes) {
        if (loader == null || loader.equals(ClassLoader.getPlatformClassLoader()) || isOwn(domain)
                || NOT_USERS.stream().anyMatch(name::startsWith)) {
            return null;
        }
        try {
            ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                    ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
            ClassModel model = classFile.parse(bytes);
            if (model.majorVersion() < OLDEST_VERSION || !hasCalls(model) || !seesHooks(loader)) {
                return null;
            }
            if (module.isNamed()) {
                instrumentation.redefineModule(module, Set.of(Hooks.class.getModule()), Map.of(), Map.of(), Set.of(), Map.of());
            }
            return classFile.transformClass(model, ClassTransform.transformingMethodBodies(CallSites::rewrite));
        } catch (RuntimeException | LinkageError e) {
            System.err.println("crashtest agent: " + name.replace('/', '.') + " is not recorded, because it cannot be rewritten: "
                    + e);
            return null;
        }
    }

    private boolean isOwn(@Nullable ProtectionDomain domain) {
        return domain != null && own != null && domain.getCodeSource() != null
                && Objects.equals(domain.getCodeSource().getLocation(), own.getLocation());
    }

    private static boolean seesHooks(ClassLoader loader) {
        try {
            return Class.forName(Hooks.class.getName(), false, loader) == Hooks.class;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean hasCalls(ClassModel model) {
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof MemberRefEntry member && isHooked(member.owner().asInternalName(), member.name().stringValue(),
                    member.type().stringValue())) {
                return true;
            }
        }
        return false;
    }

    private static void rewrite(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && isHooked(call.owner().asInternalName(), call.name().stringValue(),
                call.type().stringValue())) {
            code.invokedynamic(callSite(call));
        } else {
            code.with(element);
        }
    }

    private static boolean isHooked(String owner, String name, String type) {
        if (owner.equals(SEGMENT)) {
            return SEGMENT_METHODS.contains(name);
        }
        if (BUFFERS.containsKey(owner)) {
            return name.startsWith("put") || name.equals("force");
        }
        if (owner.equals(VAR_HANDLE)) {
            return VarHandleCall.isStore(name)
                    && (type.startsWith("(L" + SEGMENT + ";") || type.startsWith("(Ljava/nio/ByteBuffer;")
                            || type.startsWith("(Ljava/nio/MappedByteBuffer;"));
        }
        return owner.startsWith("java/lang/foreign/")
                && (name.equals("varHandle") || name.equals("arrayElementVarHandle"));
    }

    private static DynamicCallSiteDesc callSite(InvokeInstruction call) {
        ClassDesc owner = call.owner().asSymbol();
        MethodTypeDesc type = call.typeSymbol();
        boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
        MethodTypeDesc whole = isStatic ? type : type.insertParameterTypes(0, owner);
        String name = call.name().stringValue();
        if (call.owner().asInternalName().equals(VAR_HANDLE)) {
            return DynamicCallSiteDesc.of(VAR_HANDLE_CALL, name, whole);
        }
        DirectMethodHandleDesc.Kind kind = isStatic
                ? call.isInterface() ? DirectMethodHandleDesc.Kind.INTERFACE_STATIC : DirectMethodHandleDesc.Kind.STATIC
                : call.isInterface() ? DirectMethodHandleDesc.Kind.INTERFACE_VIRTUAL : DirectMethodHandleDesc.Kind.VIRTUAL;
        return DynamicCallSiteDesc.of(CALL, name, whole, MethodHandleDesc.ofMethod(kind, owner, name, type), name);
    }
}
