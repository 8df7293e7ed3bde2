import {
  StructureKind,
  type ClassDeclarationStructure,
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
  type MethodDeclarationStructure,
  type OptionalKind,
  type PropertyDeclarationStructure,
  type StatementStructures,
  type TypeAliasDeclarationStructure,
  type VariableStatementStructure,
} from "ts-morph";

/** A class on its way. */
export class ClassDeclaration {
  readonly structure: ClassDeclarationStructure & {
    properties: OptionalKind<PropertyDeclarationStructure>[];
    methods: OptionalKind<MethodDeclarationStructure>[];
  };

  constructor(structure: OptionalKind<ClassDeclarationStructure>) {
    this.structure = { ...structure, kind: StructureKind.Class, properties: [], methods: [] };
  }

  addProperty(structure: OptionalKind<PropertyDeclarationStructure>): void {
    this.structure.properties.push(structure);
  }

  addMethod(structure: OptionalKind<MethodDeclarationStructure>): void {
    this.structure.methods.push(structure);
  }
}

/**
 * What a file declares, in order. ts-morph reads a file anew whenever something is added to it, so all is gathered before it makes the file.
 */
export class Declarations {
  readonly statements: (string | StatementStructures)[] = [];

  addStatements(statements: readonly string[]): void {
    this.statements.push(...statements);
  }

  addFunction(structure: OptionalKind<FunctionDeclarationStructure>): void {
    this.statements.push({ ...structure, kind: StructureKind.Function });
  }

  addInterface(structure: OptionalKind<InterfaceDeclarationStructure>): void {
    this.statements.push({ ...structure, kind: StructureKind.Interface });
  }

  addTypeAlias(structure: OptionalKind<TypeAliasDeclarationStructure>): void {
    this.statements.push({ ...structure, kind: StructureKind.TypeAlias });
  }

  addVariableStatement(structure: OptionalKind<VariableStatementStructure>): void {
    this.statements.push({ ...structure, kind: StructureKind.VariableStatement });
  }

  addClass(structure: OptionalKind<ClassDeclarationStructure>): ClassDeclaration {
    const declared = new ClassDeclaration(structure);
    this.statements.push(declared.structure);
    return declared;
  }

  /** Declares constants in front of the class. */
  insertBeforeClass(structure: OptionalKind<VariableStatementStructure>): void {
    const at = this.statements.findIndex(
      (statement) => typeof statement !== "string" && statement.kind === StructureKind.Class,
    );
    this.statements.splice(Math.max(at, 0), 0, { ...structure, kind: StructureKind.VariableStatement });
  }
}
